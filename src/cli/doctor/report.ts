/**
 * Findings as lines for people.
 *
 * Knows columns and colours; knows no check.
 */
import { styleText } from 'node:util';
import { indentProse } from '../screen.ts';
import type { Finding, FindingState } from './finding.ts';

const words: Readonly<Record<FindingState, string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'failed',
  absent: 'not here',
};

const styles = { ok: 'green', warning: 'yellow', failed: 'red', absent: 'dim' } as const;
const stateWidth = Math.max(...Object.values(words).map((word) => word.length));

/** What the report is written for. */
export type ReportOptions = {
  readonly columns: number;
  readonly hasColors: boolean;
};

/** A paragraph per group, then what it comes to. */
export function reportOf(findings: readonly Finding[], options: ReportOptions): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const groups = [...new Set(findings.map(({ group }) => group))];
  const paragraphs = groups.map((group) => {
    const own = findings.filter((finding) => finding.group === group);
    const lines = own.map((finding) => linesOf(finding, width, options));
    return [paint('bold', group, options), ...lines].join('\n');
  });
  return [...paragraphs, summaryOf(findings)].join('\n\n');
}

function linesOf(finding: Finding, width: number, options: ReportOptions): string {
  const { subject, state, message, advice } = finding;
  const indent = ' '.repeat(2 + stateWidth + 2 + width + 2);
  const word = paint(styles[state], words[state].padEnd(stateWidth), options);
  const [first = '', ...rest] = indentProse(message, indent, options.columns).split('\n');
  const lines = [`  ${word}  ${subject.padEnd(width)}  ${first.trimStart()}`, ...rest];
  if (advice !== null) lines.push(indentProse(`→ ${advice}`, indent, options.columns));
  return lines.join('\n');
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (state: FindingState) => findings.filter((found) => found.state === state).length;
  const warnings = count('warning');
  const failed = count('failed');
  const noun = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (failed > 0)
    return `A start would fail: ${noun(failed, 'problem')}, ${noun(warnings, 'warning')}.`;
  return warnings === 0
    ? 'All is well.'
    : `A start would succeed, with ${noun(warnings, 'warning')}.`;
}

function paint(style: Parameters<typeof styleText>[0], text: string, { hasColors }: ReportOptions) {
  // It is decided already, not by whether standard output is a terminal.
  return hasColors ? styleText(style, text, { validateStream: false }) : text;
}
