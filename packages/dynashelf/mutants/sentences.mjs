// Leaves sentences for people as they are. Tests hold the type, status and place of a problem, not each of its words.

import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Three words in a row: names, paths and expressions have none. */
const SENTENCE = /[A-Za-z]+ [a-z]+ [a-z]+/;

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'sentences', {
    shouldIgnore({ node }) {
      return SENTENCE.test(textOf(node)) ? 'a sentence for people' : undefined;
    },
  }),
];

function textOf(node) {
  switch (node.type) {
    case 'StringLiteral':
      return node.value;
    case 'TemplateLiteral':
      return node.quasis.map(({ value }) => value.raw).join('…');
    default:
      return '';
  }
}
