/**
 * Ten texts filled by every decoder, greedily and by sampling, to look at: figures do not show what a fill reads like.
 *
 *   npx tsx bench/sample-fills.ts [PACK] > docs/sample-fills.md
 */
import { infill, openPack, type Pack } from '../src/index.ts';

const texts = [
  'The old woman opened the [MASK] and looked out at the snow.',
  'Tom had a little red [MASK:2] that he kept under his bed.',
  'When the ship came into the harbour, [MASK:5] on the shore.',
  'She was very [MASK] because her brother had [MASK] her cake.',
  'The town lies on the [MASK] of the river and was founded in [MASK:2].',
  'Once upon a time there was a king who had [MASK:6]. The eldest was proud.',
  '"Where are you going?" [MASK:2] the fox. "I am going to the [MASK]," said the hen.',
  'It rained all day, so the children [MASK:8] until their mother called them.',
  'He put his hand in his pocket and [MASK:10], and then he began to laugh.',
  'The [MASK] ran after the [MASK], but the [MASK] was too [MASK].',
];

type Entrant = {
  readonly label: string;
  readonly decoder: string;
  readonly options?: Readonly<Record<string, unknown>>;
};

const entrants: readonly Entrant[] = [
  { label: 'Autoregressive', decoder: 'autoregressive' },
  { label: 'MARIA', decoder: 'maria' },
  { label: 'Masked LM, one-shot', decoder: 'masked-lm', options: { commit: 'one-shot' } },
  { label: 'Masked LM, confidence, one per pass', decoder: 'masked-lm' },
  { label: 'Masked LM, mask-predict', decoder: 'masked-lm', options: { revise: 'mask-predict' } },
  { label: 'Masked diffusion', decoder: 'diffusion' },
  { label: 'Masked diffusion, ReMDM', decoder: 'diffusion', options: { revise: 'remdm' } },
];

const [folder] = process.argv.slice(2);
const pack = await openPack(folder === undefined ? {} : { folder });
write('# Fills to look at\n');
write('Made by `npx tsx bench/sample-fills.ts`. Filled text is between ‹ and ›; seeds are 0 to 9.');
for (const { label, decoder, options = {} } of entrants) {
  write(`\n## ${label}\n`);
  write('| greedy | temperature 1 |\n| --- | --- |');
  for (const [index, text] of texts.entries()) {
    const fill = (temperature: number) =>
      filled(pack, text, { decoder, options, seed: BigInt(index), sampling: { temperature } });
    write(`| ${await fill(0)} | ${await fill(1)} |`);
  }
}
await pack.close();

/** The text with its fills marked, on one line. */
async function filled(
  opened: Pack,
  text: string,
  how: Parameters<typeof infill>[2],
): Promise<string> {
  const { segments } = await infill(opened, text, how);
  const marked = segments.map((segment) =>
    segment.slot === null ? segment.text : `‹${segment.text}›`,
  );
  return marked.join('').replace(/\s/g, ' ').replaceAll('|', '\\|');
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
