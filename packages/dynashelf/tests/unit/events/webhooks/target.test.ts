// Which URLs webhooks are sent to: by their text, and by what their names resolve to.

import fc from 'fast-check';

import { isLoopback, isPublicAddress } from '../../../../src/events/webhooks/public-address';
import {
  LONGEST_URL,
  readTarget,
  RefusedTarget,
  resolveTarget,
  type TargetRules,
} from '../../../../src/events/webhooks/target';

const PUBLIC: TargetRules = { ports: [443, 8443], isLocalAllowed: false };
const LOCAL: TargetRules = { ports: [443, 8443], isLocalAllowed: true };

function refusal(text: string, rules = PUBLIC): string | undefined {
  try {
    readTarget(text, rules);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RefusedTarget);
    return (error as Error).message;
  }
}

describe('addresses', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '52.94.236.248',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '192.0.1.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '2001:4860:4860::8888',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '10.255.255.255',
      '100.64.0.0',
      '100.100.100.200',
      '100.127.255.255',
      '127.0.0.1',
      '127.255.255.255',
      '169.254.0.1',
      '169.254.169.254',
      '169.254.170.2',
      '168.63.129.16',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.192',
      '192.0.2.1',
      '192.88.99.1',
      '192.168.1.1',
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.7',
      '203.0.113.9',
      '224.0.0.1',
      '239.255.255.255',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...[
      '::',
      '::1',
      '::127.0.0.1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:8.8.8.8',
      '0:0:0:0:0:ffff:a9fe:a9fe',
      '::ffff:0:127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b::169.254.169.254',
      '64:ff9b:1::1',
      '100::1',
      '2001::1',
      '2001:0:4136:e378:8000:63bf:3fff:fdd2',
      '2001:10::1',
      '2001:20::1',
      '2001:db8::1',
      '2002:7f00:1::',
      '2002:a9fe:a9fe::1',
      '2002:808:808::1',
      '3fff::1',
      '4000::1',
      '5f00::1',
      'fc00::1',
      'fd00:ec2::254',
      'fe80::1',
      'fe80::1%eth0',
      '2606:4700::1%1',
      'fec0::1',
      'ff02::1',
      'ff0e::1',
    ],
    ...[
      '',
      'localhost',
      '1.2.3',
      '0x7f.0.0.1',
      '017700000001',
      '2130706433',
      '127.0.0.1:80',
      '[::1]',
      ' 1.1.1.1',
      '1.1.1.1\n',
    ],
  ])('%j is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test('that hold an IPv4 address within an IPv6 address are never public', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, byte, (a, b, c, d) => {
        const [high, low] = [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
        const forms = [
          `::ffff:${a}.${b}.${c}.${d}`,
          `::ffff:${high}:${low}`,
          `::${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `64:ff9b:1::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2001:0:${high}:${low}::1`,
        ];
        return forms.every((form) => !isPublicAddress(form));
      }),
    );
  });

  test('of this machine are 127.0.0.0/8 and ::1', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
    expect(['128.0.0.1', '10.0.0.1', '0.0.0.0', '::', '::2', '::ffff:127.0.0.1', 'localhost'].some(isLoopback)).toBe(
      false,
    );
  });
});

describe('a URL is taken', () => {
  test.each([
    'https://app.example.com/hooks',
    'https://app.example.com',
    'https://app.example.com:8443/a?b=c',
    'https://1.1.1.1/x',
    'https://1.1.1.1:8443/',
    'https://[2606:4700:4700::1111]/x',
    'https://bücher.example.com/',
    'HTTPS://App.Example.Com/x',
  ])('%s', (text) => {
    expect(refusal(text)).toBeUndefined();
  });
});

describe('a URL is refused', () => {
  test.each([
    ['http://app.example.com/', 'https'],
    ['ftp://app.example.com/', 'https'],
    ['file:///etc/passwd', 'https'],
    ['gopher://app.example.com:443/', 'https'],
    ['javascript:alert(1)', 'https'],
    ['data:text/plain,hi', 'https'],
    ['//app.example.com/', 'no URL'],
    ['app.example.com', 'no URL'],
    ['', 'no URL'],
    ['https://', 'no URL'],
    ['https://app.example.com:22/', 'port 22'],
    ['https://app.example.com:80/', 'port 80'],
    ['https://app.example.com:6379/', 'port 6379'],
    ['https://user:pass@app.example.com/', 'credentials'],
    ['https://user@app.example.com/', 'credentials'],
    ['https://@app.example.com/', 'credentials'],
    ['https://app.example.com@127.0.0.1/', 'credentials'],
    ['https:user:pass@app.example.com/', 'no URL such as'],
    ['https:/user:pass@app.example.com/', 'no URL such as'],
    ['https:///user@app.example.com/', 'no URL such as'],
    ['https:app.example.com/', 'no URL such as'],
    ['https://app.example.com/#x', 'fragment'],
    ['https://app.example.com/#', 'fragment'],
    ['https://localhost/', 'no public name'],
    ['https://localhost./', 'no public name'],
    ['https://a.localhost/', 'no public name'],
    ['https://LOCALHOST/', 'no public name'],
    ['https://printer/', 'no public name'],
    ['https://metadata.google.internal/', 'no public name'],
    ['https://db.local/', 'no public name'],
    ['https://127.0.0.1/', 'not public'],
    ['https://127.1/', 'not public'],
    ['https://2130706433/', 'not public'],
    ['https://0x7f000001/', 'not public'],
    ['https://0x7f.1/', 'not public'],
    ['https://0177.0.0.1/', 'not public'],
    ['https://127.0.0.1./', 'not public'],
    ['https://①②⑦.0.0.1/', 'not public'],
    ['https://0/', 'not public'],
    ['https://169.254.169.254/latest/meta-data/', 'not public'],
    ['https://0xa9.0xfe.0xa9.0xfe/', 'not public'],
    ['https://[::1]/', 'not public'],
    ['https://[::]/', 'not public'],
    ['https://[::ffff:127.0.0.1]/', 'not public'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'not public'],
    ['https://[2002:7f00:1::]/', 'not public'],
    ['https://[fd00:ec2::254]/', 'not public'],
    ['https://[fe80::1]/', 'not public'],
    ['https://134744072/', 'four decimal numbers'],
    ['https://0x08080808/', 'four decimal numbers'],
    ['https://010.8.8.8/', 'four decimal numbers'],
    ['https://8.8.2056/', 'four decimal numbers'],
    ['https://app.example.com/a b', 'no URL'],
    ['https://app.example.com/\r\nX-Evil: 1', 'no URL'],
    ['https://app.exa\tmple.com/', 'no URL'],
    ['https://app.example.com\\@127.0.0.1/', 'no URL'],
    ['https:\\\\127.0.0.1\\', 'no URL'],
    [' https://app.example.com/', 'no URL'],
    ['https://app.example.com/\u0000', 'no URL'],
    [`https://app.example.com/${'a'.repeat(LONGEST_URL)}`, 'longer'],
  ])('%j', (text, reason) => {
    expect(refusal(text)).toContain(reason);
  });

  test('whatever text it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'https://', 'https:'), (text, start) => {
        refusal(`${start}${text}`);
      }),
    );
  });
});

describe('on a developer’s machine', () => {
  test.each([
    'http://127.0.0.1:4000/x',
    'http://localhost:4000/',
    'http://[::1]:4000/',
    'https://localhost:9/',
    'https://app.example.com/',
  ])('%s is taken', (text) => {
    expect(refusal(text, LOCAL)).toBeUndefined();
  });

  test.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://app.example.com/',
    'https://192.168.0.1/',
    'http://printer/',
    'http://[::ffff:127.0.0.1]/',
  ])('%s is not', (text) => {
    expect(refusal(text, LOCAL)).toBeDefined();
  });
});

describe('a name', () => {
  const url = new URL('https://app.example.com/');

  test('resolves to all its addresses', async () => {
    const addresses = [
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ];
    expect(await resolveTarget(url, PUBLIC, async () => addresses)).toEqual(addresses);
  });

  test.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fd00:ec2::254'])(
    'that leads to %s among others is refused',
    async (address) => {
      const found = resolveTarget(url, PUBLIC, async () => [
        { address: '1.1.1.1', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ]);
      await expect(found).rejects.toThrow(RefusedTarget);
    },
  );

  test('without an address is not connected to', async () => {
    await expect(resolveTarget(url, PUBLIC, async () => [])).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('is not asked for where the URL has an address', async () => {
    const lookup = async (): Promise<never> => Promise.reject(new Error('asked'));
    expect(await resolveTarget(new URL('https://1.1.1.1/'), PUBLIC, lookup)).toEqual([
      { address: '1.1.1.1', family: 4 },
    ]);
  });
});
