/** Fewer rows show pairs that are not there; features of more rows than a second of the budget can learn from would never be read. */
const MIN_ROWS = 1_000;
const MOST_ROWS_A_SECOND = 2_500;
/** Tables wider than this have enough for trees to choose from, and too many pairs. */
const MOST_FEATURES = 300;

/** How far generated features are looked for; null: not at all. Few at a short budget, whose candidates may never come to them. */
export function limitGeneration(data: {
  rowCount: number;
  featureCount: number;
  budgetMs: number;
}): { numbers: number; categories: number; features: number } | null {
  const { rowCount, featureCount, budgetMs } = data;
  if (rowCount < MIN_ROWS || rowCount > (MOST_ROWS_A_SECOND * budgetMs) / 1000 || featureCount > MOST_FEATURES) return null;
  if (budgetMs < 240_000) return { numbers: 12, categories: 8, features: 24 };
  if (budgetMs < 1_800_000) return { numbers: 24, categories: 14, features: 60 };
  return { numbers: 40, categories: 20, features: 120 };
}
