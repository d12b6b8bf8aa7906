// A member for whom a copy is kept is told so.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onChange } from 'dynashelf/lambda';
import { holds } from '../resources/holds';
import { resources } from '../resources/index';

export const handler = onChange(holds, {
  resources,
  description: 'Tells a member that a copy is kept for them.',
  reads: ['books', 'members'],
  async updated({ before, after, change, api }) {
    if (before.state !== 'waiting' || after.state !== 'called') {
      return;
    }
    const [{ title }, { email }] = await Promise.all([api.books.get(after.book), api.members.get(after.member)]);
    await tell(change.key.replace('/', '-'), after.member, email, `A copy of "${title}" is kept for you.`);
  },
});

/** By a mail in the folder that MAIL_FOLDER names; else by a line in the log, where a mail service would be called. */
async function tell(key: string, member: string, to: string, text: string): Promise<void> {
  const folder = process.env['MAIL_FOLDER'];
  if (!folder) {
    console.log(JSON.stringify({ message: text, member }));
    return;
  }
  await mkdir(folder, { recursive: true });
  // Its name is the change's: however often it is told, there is one mail.
  await writeFile(join(folder, `${key}.eml`), `To: ${to}\r\nSubject: Your book\r\n\r\n${text}\r\n`);
}
