/**
 * A planned infill in words.
 *
 * Knows layout; knows no client.
 */

import type { InfillPlanPartsFragment } from '../client/generated/graphql.ts';
import { counted } from '../counted.ts';
import { settingsText, wordOf } from './measures.ts';
import { indentProse } from './screen.ts';
import { aligned, tableOf } from './table.ts';

const slotHeadings = ['SLOT', 'TOKENS', 'START', 'OWNS SPACE', 'CHOICES (TOKEN IDS)'];

/** What would be run: its size, its settings, its slots, and every token id, `_` where one is open. */
export function describePlan(plan: InfillPlanPartsFragment, columns: number): string {
  const { model, decoder, knownTokens, openTokens, cost, settings, slots, promptTokens } = plan;
  const facts = aligned([
    ['decoder', decoder.name],
    ['model', `${model.name} ${model.version}`],
    ['known', counted(knownTokens, 'token')],
    ['open', `${hasUnknownLength(plan) ? 'at most ' : ''}${counted(openTokens, 'token')}`],
    ['cost', String(cost)],
    ['likelihood', wordOf(plan.likelihoodKind)],
    ['settings', settingsText(settings)],
  ]);
  const ids = promptTokens.map((id) => id ?? '_').join(' ');
  return [
    ...facts,
    ...(slots.length === 0 ? [] : ['', tableOf(slotHeadings, slots.map(cellsOf), columns)]),
    '',
    'token ids, _ where one is open',
    indentProse(ids, '  ', columns),
  ].join('\n');
}

function hasUnknownLength({ slots }: InfillPlanPartsFragment): boolean {
  return slots.some(({ minTokens, maxTokens }) => minTokens !== maxTokens);
}

function cellsOf(slot: InfillPlanPartsFragment['slots'][number]): string[] {
  const { index, minTokens, maxTokens, start, ownsSpace, choices } = slot;
  return [
    String(index + 1),
    minTokens === maxTokens ? String(minTokens) : `${minTokens}-${maxTokens}`,
    start === null ? '-' : String(start),
    ownsSpace ? 'yes' : 'no',
    choices.map(({ text, tokens }) => `${text} (${tokens.join(' ')})`).join(', '),
  ];
}
