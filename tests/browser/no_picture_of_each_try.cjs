// Loaded into Playwright's driver by the tests. While an expectation does not hold yet, Playwright writes down what the
// whole page says to whoever cannot see it, at each of its tries, to show it if all of them fail: on a page of this
// size a tenth of all that a browser does in these tests. The message of a failure has the rest without it.
const Module = require("module");

const WRITES = "ariaSnapshotForExpectFailure(element, options) {";
const compile = Module.prototype._compile;

Module.prototype._compile = function (code, file, ...rest) {
  if (!file.endsWith("coreBundle.js")) return compile.call(this, code, file, ...rest);
  const parts = code.split(WRITES);
  if (parts.length !== 2) throw new Error(`${file} of this Playwright has no "${WRITES}": mend ${__filename}`);
  return compile.call(this, parts.join(`${WRITES} return void 0;`), file, ...rest);
};
