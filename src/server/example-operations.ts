/**
 * The operations a first visitor finds ready on the GraphQL page.
 */

const template = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';

const streamed = (name: string, decoder: string) => `subscription ${name} {
  infill(
    input: {
      source: { text: "${template}" }
      decoder: { ${decoder} }
    }
  ) {
    __typename
    ... on InfillEvent { seq }
    ... on InfillTokensCommitted {
      slots { index text complete }
    }
    ... on InfillTokensRevised {
      slots { index text complete }
      reopened
    }
    ... on InfillCompleted {
      infill {
        id
        text
        usage { causalPasses maskedPasses tokensPerPass }
        timing { totalMs }
      }
    }
    ... on InfillFailed { error { code message } }
    ... on Error { code message }
  }
}
`;

/** The page loads without a key, and finds out with its first request that it needs one. */
const keyHint = `# Where the server needs an API key, write it under "Headers" below:
# { "Authorization": "Bearer lk_…" }
`;

/** One operation per tab, in the order of the tabs. */
export const exampleOperations: readonly string[] = [
  `${keyHint}${streamed('FillWithMaria', 'maria: {}')}`,
  streamed('FillAutoregressively', 'autoregressive: {}'),
  streamed('FillWithMaskedLm', 'maskedLm: { order: CONFIDENCE }'),
  streamed('FillWithDiffusion', 'diffusion: { steps: 16, revise: REMDM }'),
  `mutation Fill {
  infill(
    input: {
      source: { text: "${template}" }
      sampling: { temperature: 0.8, topP: 0.9 }
      seed: "7"
      alternatives: 3
    }
  ) {
    __typename
    ... on Infill {
      id
      status
      text
      slots { text tokens { text logProb alternatives { text logProb } } }
      likelihood { kind logProb perplexity }
      settings { name value }
    }
    ... on ValidationError { problems { path message } }
    ... on Error { code message }
  }
}
`,
  `# Six fills of a text with a choice of words and a slot of unknown length, ranked.
mutation SampleWithConstraints {
  infill(
    input: {
      source: {
        segments: [
          { text: "The " }
          { slot: { key: "who", choices: ["cat", "dog", "girl"] } }
          { text: " sat on the " }
          { slot: { key: "where", length: { between: { min: 1, max: 3 } } } }
          { text: "." }
        ]
      }
      samples: 6
      sampling: { temperature: 1 }
      seed: "3"
    }
  ) {
    __typename
    ... on Infill {
      candidateOrder
      candidates {
        rank
        text
        count
        likelihood { kind logProb }
        slots { key text }
      }
    }
    ... on ValidationError { problems { path message } }
    ... on Error { code message }
  }
}
`,
  `# What would be run, or everything that is wrong; nothing is.
query Plan {
  planInfill(
    input: {
      source: { text: "She had [MASK:1-4], and then the [MASK] fell." }
      samples: 2
    }
  ) {
    __typename
    ... on InfillPlan {
      decoder { name }
      promptTokens
      slots { index minTokens maxTokens start ownsSpace }
      openTokens
      cost
      likelihoodKind
      settings { name value }
    }
    ... on ValidationError { problems { path message } }
    ... on Error { code message }
  }
}
`,
  `# How probable a given fill is: a bound here, exact with maria: {}.
mutation Score {
  scoreInfill(
    input: {
      source: { text: "The [MASK] sat on the [MASK:1-3]." }
      fill: { slots: ["cat", "big tree"] }
      decoder: { diffusion: {} }
      draws: 64
    }
  ) {
    __typename
    ... on ScoredInfill {
      likelihood { kind logProb perplexity isBound standardError }
      tokens { slot position text logProb }
      settings { name value }
    }
    ... on ValidationError { problems { path message } }
    ... on Error { code message }
  }
}
`,
  `# Put the id of an infill that is waiting or running into the variables below:
# { "id": "…" }
mutation Cancel($id: ID!) {
  cancelInfill(input: { id: $id }) {
    ... on Infill { id status }
    ... on Error { code message }
  }
}
`,
  `query RecentInfills {
  infills(first: 10, filter: { statuses: [COMPLETED] }) {
    totalCount
    nodes { id createdAt decoderName source text likelihood { logProb } }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `query DecodersAndModels {
  decoders {
    name
    title
    description
    capabilities { streams likelihood features sampling }
    optionsSchema
  }
  models {
    name
    version
    state
    device
    contextLength
    roles { role architecture parameters precision }
    decoders { name }
  }
}
`,
];
