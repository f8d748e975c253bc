/**
 * Rows of cells as lines.
 */

/**
 * Aligned columns, as wide as their widest cell and two spaces apart; where that is wider than `columns`,
 * a paragraph per row with a line per cell.
 *
 * @param headings - at least one; as many as each row has cells.
 */
export function tableOf(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const table = aligned([headings, ...rows]);
  if (table.every((line) => line.length <= columns)) return table.join('\n');
  return rows
    .map((row) => aligned(row.map((cell, i) => [headings[i] ?? '', cell])).join('\n'))
    .join('\n\n');
}

/** Lines of cells under each other, two spaces apart. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Lines of figures under each other, two spaces apart: the first column to the left, the others to the right. */
export function figures(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map(([name = '', ...cells]) =>
    [
      name.padEnd(widths[0] ?? 0),
      ...cells.map((cell, column) => cell.padStart(widths[column + 1] ?? 0)),
    ]
      .join('  ')
      .trimEnd(),
  );
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return widths;
}
