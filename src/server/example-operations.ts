/**
 * The operations a first visitor finds ready on the GraphQL page.
 */

const template = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';

const streamed = (name: string, decoder: string) => `subscription ${name} {
  infill(
    input: {
      source: { text: "${template}" }
      decoder: { ${decoder}: {} }
    }
  ) {
    __typename
    ... on InfillEvent { seq }
    ... on InfillTokensCommitted {
      slots { index text complete }
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

/** One operation per tab, in the order of the tabs. */
export const exampleOperations: readonly string[] = [
  streamed('FillWithMaria', 'maria'),
  streamed('FillAutoregressively', 'autoregressive'),
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
    capabilities { streams likelihood features }
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
