// `npm test`: lint and types beside jest, as each alone leaves a core waiting at times. What stands behind
// `npm test --` goes to jest. It fails where one of them fails.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const JEST = createRequire(import.meta.url).resolve('jest/bin/jest');

/** Runs Node on a program; whether it failed, and what it said unless that went to the terminal. */
function run(words, stdio = ['ignore', 'pipe', 'pipe']) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { stdio });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
    child.on('error', reject).on('close', (code) => resolve({ hasFailed: code !== 0, said }));
  });
}

/** Those of some scripts of package.json that fail; run one after the other, and said as soon as they end. */
async function failuresOf(scripts) {
  const failed = [];
  for (const script of scripts) {
    const { hasFailed, said } = await run([process.env.npm_execpath, 'run', '--silent', script]);
    if (hasFailed) {
      process.stderr.write(`npm run ${script}:\n${said}\n`);
      failed.push(script);
    }
  }
  return failed;
}

const [failed, jest] = await Promise.all([
  failuresOf(['lint', 'types', 'types:examples']),
  run([JEST, ...process.argv.slice(2)], 'inherit'),
]);
if (jest.hasFailed) failed.push('jest');
if (failed.length > 0) {
  process.stderr.write(`Failed: ${failed.join(', ')}.\n`);
  process.exitCode = 1;
}
