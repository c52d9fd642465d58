/**
 * Stretches of time whose rows are drawn together: what is near in time errs alike, so that single rows would make an interval too narrow. As many as
 * the square root of the rows, each of about as many rows (the usual size of batch means, Flegal and Jones 2010; blocks in a bootstrap: Künsch 1989).
 * Equal times share a stretch. A row without a time (NaN) stands alone (−1).
 */
export function timeBlocks(times: Float64Array): Int32Array {
  const order = Int32Array.from(times.keys().filter((row) => !Number.isNaN(times[row]))).sort((a, b) => times[a] - times[b]);
  const count = Math.round(Math.sqrt(order.length));
  const blocks = new Int32Array(times.length).fill(-1);
  let first = 0;
  for (const [place, row] of order.entries()) {
    if (times[row] !== times[order[first]]) first = place;
    blocks[row] = Math.floor((first * count) / order.length);
  }
  return blocks;
}
