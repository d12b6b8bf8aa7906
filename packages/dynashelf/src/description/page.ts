// The docs page: problem types, each a section that a problem's `type` leads to, then the renderer of the description.
import type { OwnProblem } from './own-problems';
import { changesScriptHash, changesSection } from './page-changes';
import { problemTexts, type ProblemText } from './problems';

/** The package's file that renders a description: one script, which asks for nothing but the description. */
export const RENDERER = 'dynashelf/dist/rapidoc.js';

/**
 * What the page may do: run scripts of this API and speak with it. The renderer makes `style` elements and
 * attributes as it goes, so styles cannot be named by hash; with nothing to load from, they can tell nobody.
 */
const POLICY = [
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** The policy of the page. @param hasChanges whether it has the section of changes, which has a script of its own */
export function pagePolicy(hasChanges: boolean): string {
  const scripts = `script-src 'self'${globalThis.bundleLacks?.changes || !hasChanges ? '' : ` ${changesScriptHash()}`}`;
  return ["default-src 'none'", scripts, ...POLICY].join('; ');
}

/**
 * @param base what stands before every path: a stage or a base path, or nothing
 * @param own the problem types of the app's own
 * @param asksForCredentials whether a request to try has a place for them; they are forgotten with the page
 * @param changing the collections whose changes can be followed
 */
export function docsPage(
  name: string,
  base: string,
  asksForCredentials: boolean,
  own: readonly OwnProblem[] = [],
  changing: readonly string[] = [],
): string {
  const at = escape(base);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(name)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<script type="module" src="${at}/docs/rapidoc.js"></script>
</head>
<body>
<header>
<h1>${escape(name)}</h1>
<p><a href="#operations">Operations</a> <a href="#problems">Problems</a> ${changing.length > 0 ? '<a href="#changes">Changes</a> ' : ''}<a href="${at}/openapi.json">openapi.json</a> <a href="${at}/health">Health</a></p>
</header>
<main>
<section id="problems" class="problems">
<h2>Problems</h2>
<p>Every error is a problem document (RFC 9457); its <code>type</code> leads to one of these.</p>
<div class="list">
${problemTexts(own).map(problemSection).join('\n')}
</div>
</section>
${globalThis.bundleLacks?.changes || changing.length === 0 ? '' : `${changesSection(at, changing, asksForCredentials)}\n`}<section id="operations">
<rapi-doc spec-url="${at}/openapi.json" ${ATTRIBUTES} allow-authentication="${asksForCredentials}"><noscript><p>The operations are shown by a script; <a href="${at}/openapi.json">openapi.json</a> describes them too.</p></noscript></rapi-doc>
</section>
</main>
</body>
</html>
`;
}

const ATTRIBUTES = [
  'render-style="view"',
  'show-header="false"',
  'allow-server-selection="false"',
  'update-route="false"',
  'load-fonts="false"',
  'regular-font="system-ui, sans-serif"',
  'mono-font="ui-monospace, monospace"',
  'schema-style="table"',
  'default-schema-tab="example"',
  'use-path-in-nav-bar="true"',
  'show-method-in-nav-bar="as-colored-text"',
  'response-area-height="300px"',
  'allow-spec-file-download="false"',
  'sort-tags="false"',
].join(' ');

// A section shows its text where the address names it; on a phone the list itself waits until it is asked for.
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
header, .problems, .changes { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header a { margin-right: 1rem; display: inline-block; padding: .25rem 0; }
h1, h2 { line-height: 1.2; }
.list { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); column-gap: 1.5rem; }
.problem { border-top: 1px solid #8884; scroll-margin-top: 1rem; }
.problem:target { grid-column: 1 / -1; }
.problem h3 { margin: 0; font-size: 1rem; font-weight: normal; }
.problem h3 a { display: flex; gap: .75rem; padding: .4rem 0; color: inherit; text-decoration: none; flex-wrap: wrap; }
.problem h3 a:hover, .problem h3 a:focus { text-decoration: underline; }
.problem div { display: none; padding: 0 0 .75rem; }
.problem:target div { display: block; }
.problem:target h3 { font-weight: bold; }
.problem p { margin: .25rem 0; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .problem, .problems > p { display: none; }
  #problems:target .problem, #problems:target > p, .problem:target { display: block; }
  .problems:not(:target):not(:has(:target)) { display: none; }
  rapi-doc { padding: 0 .75rem; box-sizing: border-box; }
}
.changes form { display: flex; gap: .75rem; flex-wrap: wrap; align-items: baseline; }
.changes li { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { .problem div { display: block; } }
rapi-doc { display: block; min-height: 50vh; margin-top: 1.5rem; }
`.trim();

function problemSection({ type, status, title, meaning, remedy }: ProblemText): string {
  return `<article class="problem" id="${type}"><h3><a href="#${type}"><span>${status}</span> <span>${escape(title)}</span> <code>${type}</code></a></h3><div><p>${prose(meaning)}</p>${remedy === undefined ? '' : `<p><strong>What to do:</strong> ${prose(remedy)}</p>`}</div></article>`;
}

/** Text with code in backticks as HTML. */
function prose(text: string): string {
  return escape(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
