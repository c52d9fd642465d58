/** Above this share of the rows those that are left are fewer than a test part wants. */
const CROWD_SHARE = 0.8;

/**
 * Ids of equal rows (−1: like no other), where those of which nearly the whole table consists stand alone. Kept together they could not be
 * parted into rows to learn from and rows to measure on; and rows of which so many are equal will come again, so that their answer may be learnt.
 */
export function partCrowd(equalIds: Int32Array): Int32Array {
  const sizes = new Map<number, number>();
  for (const id of equalIds) if (id >= 0) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  const crowd = [...sizes].find(([, size]) => size > CROWD_SHARE * equalIds.length)?.[0];
  return crowd === undefined ? equalIds : equalIds.map((id) => (id === crowd ? -1 : id));
}
