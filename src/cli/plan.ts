/**
 * `lacuna infill --plan`: what would be run, without a run.
 */
import type { Client } from '../client/client.ts';
import { type InfillInput, PlanInfillDocument } from '../client/generated/graphql.ts';
import type { CommandContext } from './command-context.ts';
import { describePlan } from './plan-view.ts';
import { type FlaggedInput, refusalOf } from './refusal.ts';
import { textWidth } from './screen.ts';
import { unlessAborted } from './until-signalled.ts';

/** A plan to ask for. */
type Planning = {
  readonly asked: FlaggedInput<InfillInput>;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
};

/** Prints the plan, unless `signal` aborts. @throws what the server refused and what is wrong with the flags, with every problem */
export async function printPlan(
  client: Client,
  { asked, isJson, signal }: Planning,
  { write, stdout }: CommandContext,
): Promise<void> {
  const request = client.request(PlanInfillDocument, { input: asked.input }, signal);
  const answer = (await unlessAborted(request, signal))?.planInfill;
  if (answer === undefined) return;
  if (answer.__typename !== 'InfillPlan') throw refusalOf(answer, asked);
  asked.problems.throwIfAny();
  const { __typename, ...plan } = answer;
  write(`${isJson ? JSON.stringify(plan, null, 2) : describePlan(plan, textWidth(stdout))}\n`);
}
