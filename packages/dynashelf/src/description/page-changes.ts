// The section of the docs page in which the changes of a collection are followed while they are committed.
import { createHash } from 'node:crypto';

/**
 * What the section runs: it asks the feed, from now on, and again when an answer came. It is in the page, so the policy
 * names it by its hash.
 */
const SCRIPT = `const form = document.querySelector('#changes form');
const [button, list, status] = ['button', 'ol', 'output'].map((name) => document.querySelector('#changes ' + name));
let stop;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (stop) { stop.abort(); return; }
  const { collection, token } = form.elements;
  const headers = token && token.value ? { Authorization: 'Bearer ' + token.value.replace(/^Bearer /, '') } : {};
  const { signal } = (stop = new AbortController());
  button.textContent = 'Stop';
  status.textContent = '';
  const root = new URL(form.dataset.root, location.href);
  let next = new URL('changes?' + new URLSearchParams({ collection: collection.value, since: 'now' }), root);
  try {
    for (;;) {
      const response = await fetch(next, { headers, signal, cache: 'no-store' });
      const body = await response.json();
      if (!response.ok) { status.textContent = body.detail || response.status; break; }
      status.textContent = 'Following ' + collection.value + '.';
      for (const change of body.changes) {
        const line = document.createElement('li');
        line.textContent = change.time + ' ' + change.type + ' ' + (change.subject || '') + ' ' + (JSON.stringify(change.data) || '');
        list.prepend(line);
        while (list.children.length > 100) list.lastChild.remove();
      }
      next = new URL(body.next, next);
      next.searchParams.set('wait', '20');
    }
  } catch (error) {
    status.textContent = signal.aborted ? '' : String(error);
  }
  stop = undefined;
  button.textContent = 'Follow';
});
`;

/** What the policy of the page lets run for it. */
export function changesScriptHash(): string {
  return `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`;
}

/**
 * The section, of HTML.
 * @param base what stands before every path, as HTML
 * @param collections whose changes can be followed: names of the resource files
 */
export function changesSection(base: string, collections: readonly string[], asksForCredentials: boolean): string {
  const options = collections.map((name) => `<option>${name}</option>`).join('');
  const token = asksForCredentials
    ? ' <label>Token <input name="token" type="password" autocomplete="off" size="24"></label>'
    : '';
  return `<section id="changes" class="changes">
<h2>Changes</h2>
<p>What is written, as it is committed; the same comes over sockets where <a href="${base}/asyncapi.json">asyncapi.json</a> has them.</p>
<form data-root="${base}/"><label>Collection <select name="collection">${options}</select></label>${token} <button>Follow</button> <output></output></form>
<ol reversed></ol>
<script type="module">${SCRIPT}</script>
</section>`;
}
