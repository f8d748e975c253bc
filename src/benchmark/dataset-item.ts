/**
 * One item of a dataset: a whole text, or a template with the texts that stood at its masks.
 *
 * Knows no dataset and no file format.
 */

/** A text whose masks a masking chooses. */
export type TextItem = {
  /** Unique in its dataset. */
  readonly id: string;
  /** Items that are not independent share one: passages of a document, say. Null: the item is its own group. */
  readonly group: string | null;
  readonly text: string;
};

/** A text whose masks came with it. */
export type TemplateItem = {
  readonly id: string;
  readonly group: string | null;
  /** In the notation of templates; lengths in its masks are ignored, since `gold` gives them. */
  readonly template: string;
  /** What stood at each mask, in order, without the space before it. */
  readonly gold: readonly string[];
};

/** What `benchmark` masks. */
export type DatasetItem = TextItem | TemplateItem;

/** The group that intervals and tests resample an item by. */
export function groupOf({ id, group }: Pick<DatasetItem, 'id' | 'group'>): string {
  return group ?? id;
}
