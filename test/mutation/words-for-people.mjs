// A plug-in of Stryker's: what is only ever read by people is left alone, as no test should know it by heart.

const isLogCall = (node) =>
  /^(Optional)?CallExpression$/.test(node.type) &&
  node.callee.type.endsWith('MemberExpression') &&
  node.callee.object.name === 'log';

/** A statement, or a block of them, that does nothing but log, under whatever condition. */
function onlyLogs(node) {
  if (node.type === 'ExpressionStatement') return isLogCall(node.expression);
  if (node.type === 'BlockStatement') return node.body.length > 0 && node.body.every(onlyLogs);
  return node.type === 'IfStatement' && !node.alternate && onlyLogs(node.consequent);
}

const wordsForPeople = {
  shouldIgnore({ node }) {
    if (isLogCall(node) || onlyLogs(node)) return 'it only logs';
    if (node.type === 'ObjectProperty' && node.key.name === 'help') return 'the help text of a metric';
    return undefined;
  },
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'words-for-people', value: wordsForPeople }];
