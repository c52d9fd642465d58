#!/usr/bin/env node
// The command of the installed package. Old Node versions must get this far: no syntax or import that they lack.
const major = Number.parseInt(process.versions.node, 10);
if (major < 24) {
  console.error(`Modelwright needs Node 24 or newer; this is ${process.versions.node}. \`npx modelwright\` runs it on the Node that came with the package.`);
  process.exitCode = 3;
} else {
  const warn = process.emitWarning;
  // node:sqlite still announces itself as experimental; our users did not choose it.
  process.emitWarning = (warning, ...rest) =>
    rest[0] === 'ExperimentalWarning' || rest[0]?.type === 'ExperimentalWarning' ? undefined : warn.call(process, warning, ...rest);
  await import('../dist/doors/cli/main.js');
}
