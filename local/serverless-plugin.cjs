// A plugin of Serverless: mistakes of the resource files end `package` and `deploy` before anything is made.

const { execFile } = require('node:child_process');
const { join } = require('node:path');

module.exports = class ResourceCheck {
  constructor(serverless) {
    const check = async () => {
      const mistakes = await mistakesIn(serverless.serviceDir);
      if (mistakes !== '') throw new serverless.classes.Error(mistakes);
    };
    this.hooks = { 'before:package:initialize': check, 'before:deploy:function:initialize': check };
  }
};

/** What local/check-resources.ts prints; it is TypeScript, which the process of Serverless does not run. */
function mistakesIn(directory) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--import', 'tsx', join(directory, 'local/check-resources.ts')], { cwd: directory }, (error, stdout, stderr) => {
      if (error === null || error.code === 1) resolve(stdout.trim());
      else reject(new Error(stderr.trim()));
    });
  });
}
