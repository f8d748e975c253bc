import { describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { checkedRanking, type LeaderboardInput } from '../../src/service/leaderboard.ts';
import { scriptedPack } from '../support/scripted-dispatcher.ts';

const known = { ...scriptedPack, id: 'known', vocabularyDigest: 'v' };
const asked: LeaderboardInput = {
  datasetId: 'd',
  masking: { kind: 'RATE', rate: 0.3, unit: 'WORD' },
  metric: 'PERPLEXITY',
  likelihoodKind: 'CHAIN_RULE',
  model: 'known',
};

function faults(changes: Partial<LeaderboardInput>): string[] {
  try {
    checkedRanking({ ...asked, ...changes }, [scriptedPack, known]);
    return [];
  } catch (error) {
    if (!(error instanceof InfillError)) throw error;
    return error.problems.map(({ path }) => path.join('.'));
  }
}

describe('a ranking', () => {
  it('is of one vocabulary, kind, masking and metric', () => {
    expect(checkedRanking(asked, [scriptedPack, known])).toMatchObject({
      maskingName: 'rate-0.3-word',
      likelihoodKind: 'CHAIN_RULE',
      better: 'LOWER',
      vocabularyDigest: 'v',
    });
  });

  it.each<[string, Partial<LeaderboardInput>, string[]]>([
    ['a score of no kind', { likelihoodKind: 'NONE' }, ['kind']],
    ['a fill with a kind', { metric: 'EXACT_MATCH' }, ['kind']],
    ['tokens of a vocabulary that is not known', { model: 'scripted' }, ['model']],
    ['tokens of any vocabulary', { model: null }, ['model']],
    [
      'a masking that is none',
      { masking: { kind: 'RATE', rate: 2, unit: 'WORD' } },
      ['masking.rate'],
    ],
    [
      'everything at once',
      { metric: 'DISTINCT_1', likelihoodKind: 'ELBO', model: 'nobody' },
      ['kind', 'model', 'metric'],
    ],
  ])('is not of %s', (_, changes, places) => {
    expect(faults(changes)).toEqual(places);
  });
});
