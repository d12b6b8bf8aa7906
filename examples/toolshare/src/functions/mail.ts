// Tells the parties of a booking by mail what became of it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { defineFunction } from 'dynashelf/lambda';
import { bookingMoved } from '../messages';
import { resources } from '../resources/index';

export const handler = defineFunction(
  { resources },
  {
    message: bookingMoved,
    description: 'Tells a party of a booking by mail what became of it.',
    reads: ['bookings', 'tools', 'users'],
    async run({ body, key, api }) {
      const { tool } = await api.bookings.get(body.booking);
      const [{ title }, { email }] = await Promise.all([api.tools.get(tool), api.users.get(body.to)]);
      const text = `The booking ${body.booking} of "${title}" is now ${body.state}.\r\n`;
      await sendMail(key, email, `${title}: ${body.state}`, text);
    },
  },
);

/** By SES where MAIL_FROM names a sender; else into a file that a mail program opens. */
async function sendMail(key: string, to: string, subject: string, text: string): Promise<void> {
  const from = process.env['MAIL_FROM'] || undefined;
  const mail = toMail(key, from ?? 'toolshare@example.org', to, subject, text);
  if (from === undefined) {
    const folder = process.env['MAIL_FOLDER'] ?? '.mail';
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${key}.eml`), mail);
    return;
  }
  const Destination = { ToAddresses: [to] };
  await new SESv2Client({}).send(new SendEmailCommand({ Destination, Content: { Raw: { Data: Buffer.from(mail) } } }));
}

/** A mail as RFC 5322 and RFC 2047 have it: no text of a caller's becomes a header. */
function toMail(key: string, from: string, to: string, subject: string, text: string): string {
  if (![from, to].every((address) => /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(address))) {
    throw new Error('An address is none.');
  }
  const words = subject.match(/.{1,15}/gsu) ?? [];
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    // The same each time, so that a mail program shows a mail that comes twice once.
    `Message-ID: <${key}@${from.split('@')[1]!}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n'),
    '',
  ].join('\r\n');
}
