// The docs page in a real browser, served by `npm start`: it expands an operation, sends a request, with credentials
// where they are asked for, and shows the answer.
// Skipped, with a notice, where there is no /usr/bin/chromium.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core';

import { freePort } from '../../src/local/free-port';
import { makeToken } from '../../src/local/issuer';
import { copyProject, type ProjectCopy, type Start, startIn } from '../setup/project-copy';

const CHROMIUM = '/usr/bin/chromium';
const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip;
if (inBrowser === describe.skip) {
  console.warn(`There is no ${CHROMIUM}, so the docs page is not tried in a browser: apt-get install chromium.`);
}

interface Docs {
  readonly url: string;
  readonly project: ProjectCopy;
  /** Addresses that the browser has asked for, and what it has said against the page. */
  readonly requested: string[];
  readonly complaints: string[];
  open(path?: string, width?: number): Promise<Page>;
}

/** Starts a copy of the project and a browser for the tests of a block. */
function useDocs(environment: Record<string, string> = {}): Docs {
  let project: ProjectCopy;
  let started: Start;
  let context: BrowserContext;
  let url: string;
  const profile = mkdtempSync(join(tmpdir(), 'profile-'));
  const requested: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    project = copyProject();
    const port = await freePort();
    url = `http://localhost:${port}`;
    started = startIn(project, { DATA_DIR: 'data', PORT: String(port), ...environment });
    await started.printed('Ctrl-C stops it');
    context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    context.setDefaultTimeout(15_000);
    context.on('request', (request) => requested.push(request.url()));
    context.on(
      'console',
      (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()),
    );
  });

  afterAll(async () => {
    await context?.close();
    started?.kill('SIGINT');
    await started?.ended;
    project?.remove();
    rmSync(profile, { recursive: true, force: true });
  });

  return {
    get url() {
      return url;
    },
    get project() {
      return project;
    },
    requested,
    complaints,
    async open(path = '/docs', width = 1280) {
      const page = await context.newPage();
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${url}${path}`);
      await operation(page, 'get-/books').waitFor();
      return page;
    },
  };
}

function operation(page: Page, id: string): Locator {
  return page.locator(`[id="${id}"]`);
}

inBrowser('the docs page', () => {
  const docs = useDocs();

  test.each([
    ['desktop', 1280],
    ['phone', 390],
  ])('on a %s, an operation opens, sends a request and shows the answer', async (_, width) => {
    const page = await docs.open('/docs', width);
    const read = operation(page, 'get-/books/-id-');
    await read.locator('.endpoint-head').click();
    await read.locator('input[data-pname="id"]').fill('moby-dick');
    await read.getByRole('button', { name: 'TRY' }).click();
    await read.getByText('Moby-Dick; or, The Whale').waitFor();
    await read.locator('.response-message', { hasText: '200' }).waitFor();
    expect(docs.requested).toContain(`${docs.url}/books/moby-dick`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.close();
  });

  test('a list and a new item can be tried as they stand there', async () => {
    const page = await docs.open();
    for (const [id, status] of [
      ['get-/books', '200'],
      ['post-/members', '201'],
    ] as const) {
      await operation(page, id).locator('.endpoint-head').click();
      await operation(page, id).getByRole('button', { name: 'TRY' }).click();
      await operation(page, id).locator('.response-message', { hasText: status }).waitFor();
    }
    await page.close();
  });

  test('a problem’s type leads to its section, and shows it', async () => {
    const { type } = (await (await fetch(`${docs.url}/nothing`)).json()) as { type: string };
    for (const width of [1280, 390]) {
      const page = await docs.open(type, width);
      expect(await page.locator('#not-found').innerText()).toContain('the collection has no item of this id');
      expect(await page.locator('#conflict div').isVisible()).toBe(false);
      await page.close();
    }
  });

  test('a browser that opens the root is led there', async () => {
    const page = await docs.open('/');
    expect(page.url()).toBe(`${docs.url}/docs`);
    await page.close();
  });

  test('where access is open, nobody is asked for credentials', async () => {
    const page = await docs.open();
    expect(await page.getByText('AUTHENTICATION').count()).toBe(0);
    await page.close();
  });

  test('nothing was asked of another host, and the policy refused nothing', () => {
    expect(docs.requested.filter((address) => !address.startsWith(docs.url) && !address.startsWith('data:'))).toEqual(
      [],
    );
    expect(docs.complaints).toEqual([]);
  });
});

inBrowser('the docs page of an API whose access goes by rules', () => {
  const docs = useDocs({ ACCESS: 'rules' });

  test('sends the token that is entered there, which the policy allows', async () => {
    const page = await docs.open();
    const list = operation(page, 'get-/members');
    await list.locator('.endpoint-head').click();
    await list.getByText('For callers with the role librarian.').waitFor();
    await list.getByRole('button', { name: 'TRY' }).click();
    await list.locator('.response-message', { hasText: '401' }).waitFor();

    const token = page.locator('#security-scheme-token');
    await token
      .locator('.api-key-input')
      .fill(makeToken(join(docs.project.directory, 'data'), 'ada', 5, { roles: ['librarian'] }));
    await token.getByRole('button', { name: 'SET' }).click();
    await token.getByText('Key Applied').waitFor();
    await list.getByRole('button', { name: 'TRY' }).click();
    await list.locator('.response-message', { hasText: '200' }).waitFor();

    expect(docs.requested.filter((address) => !address.startsWith(docs.url) && !address.startsWith('data:'))).toEqual(
      [],
    );
    expect(docs.complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
    await page.close();
  });
});
