/**
 * Tells in `extensions.cost` of a result what its operation was charged and what is left; of a stream, once.
 */
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../../schema/context.ts';
import type { CostReceipts } from '../service/cost-ledger.ts';

/** What a client reads; null where nothing limits it. */
export type CostExtension = {
  readonly charged: number;
  readonly left: number | null;
  readonly perMinute: number | null;
  readonly budgetLeft: number | null;
};

type Result = { readonly extensions?: Readonly<Record<string, unknown>> | undefined };

/** Adds the extension to results of operations that were charged, on every transport. */
export function useCostExtension(receipts: CostReceipts): Plugin<Pick<Context, 'viewer'>> {
  const withCost = <R extends Result>(result: R, context: Pick<Context, 'viewer'>): R => {
    const cost = costOf(context, receipts);
    return cost === null ? result : { ...result, extensions: { ...result.extensions, cost } };
  };
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result, setResult }) {
        if (!isAsyncIterable(result)) setResult(withCost(result, args.contextValue));
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult() {
        let isTold = false;
        return {
          onNext({ result, setResult }) {
            if (isTold || isAsyncIterable(result)) return;
            const told = withCost(result, args.contextValue);
            isTold = told !== result;
            setResult(told);
          },
        };
      },
    }),
  };
}

function costOf({ viewer }: Pick<Context, 'viewer'>, receipts: CostReceipts): CostExtension | null {
  const receipt = receipts.receiptOf(viewer);
  if (receipt === null) return null;
  const { charged, costLeft: left, costPerMinute: perMinute, budgetLeft } = receipt;
  return { charged, left, perMinute, budgetLeft };
}
