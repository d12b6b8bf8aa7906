// The resource files, loaded and looked over: what `serverless package` and `serverless deploy` do first.

import { resourceMistakes } from './resource-mistakes';

resourceMistakes().then(
  (mistakes) => {
    process.stdout.write(mistakes.map((mistake) => `${mistake}\n`).join(''));
    process.exitCode = mistakes.length > 0 ? 1 : 0;
  },
  (error: unknown) => {
    process.exitCode = 2;
    console.error(error);
  },
);
