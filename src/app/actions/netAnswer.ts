/** What the open net says to its input, as it is and as it is painted over. */
import { CANCELLED } from '../../engine/cancelled';
import { likeliest } from '../../engine/net/classes';
import type { NetOpen } from '../../engine/net/serviceApi';
import { netSite } from '../../model/net';
import { pictureShape } from '../../model/picture';
import { RandomState } from '../../util/random';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { type Brush, editsOf, isPainted, newBrush } from '../nets/brush';
import { madePicture } from '../nets/made';
import type { NetState } from '../stores/net';

/** Classes that the panel lists. */
const LISTED = 5;

export async function showPicture(loci: Loci, shown: number): Promise<void> {
  loci.net.setState({ shown, answer: null, brush: null, class: null });
  await showAnswer(loci);
}

export async function showSeed(loci: Loci, seed: number): Promise<void> {
  loci.net.setState({ seed });
  await showAnswer(loci);
}

/** The net's input: the picture shown, or a latent drawn with the seed. */
export function inputIn({ open, pictures, shown, seed }: NetState): Float32Array | null {
  if (!open) return null;
  if (open.preprocessing !== null) return pictures[shown]?.data ?? null;
  const random = new RandomState(seed);
  const size = open.spec.input.shape.reduce((product, one) => product * one, 1);
  return Float32Array.from({ length: size }, () => random.nextNormal());
}

/** What the net says to its input, as it is and as painted. */
export async function showAnswer(loci: Loci): Promise<void> {
  const isCurrent = loci.latest.netAnswer();
  const state = loci.net.getState();
  const { open, brush } = state;
  const input = inputIn(state);
  if (!open || !input) return;
  const edits = brush && isPainted(brush) ? editsOf(brush, sizeOf(open, brush.site)) : [];
  try {
    const { data } = await loci.nets.edited(input, edits);
    if (!isCurrent()) return;
    const [whole, edited] = [data.subarray(0, data.length / 2), data.subarray(data.length / 2)];
    const rowsOf = (scores: Float32Array, count: number) => likeliest(open.spec, scores, count);
    const isClasses = open.classes !== null;
    const first = isClasses ? rowsOf(whole, LISTED) : [];
    const others = isClasses && edits.length > 0 ? rowsOf(edited, open.classes) : null;
    const made = (scores: Float32Array) => madePicture(open.spec, scores);
    const picture = made(whole);
    loci.net.setState({
      answer: {
        classes: first,
        edited: others && first.flatMap(({ id }) => others.find((row) => row.id === id) ?? []),
        made: picture && { whole: picture, edited: edits.length > 0 ? made(edited) : null },
      },
    });
  } catch (error) {
    const message = messageOf(error);
    if (isCurrent() && !message.includes(CANCELLED)) loci.net.setState({ error: message });
  }
}

/** Rows and columns of a site's maps. */
function sizeOf({ spec }: NetOpen, site: string): { readonly height: number; readonly width: number } {
  if (site === spec.sites[0]!.name) {
    const { height, width } = pictureShape(spec.input)!;
    return { height, width };
  }
  const [, height, width] = netSite(spec, site).shape;
  return { height: height!, width: width! };
}

/** Sites that can be painted: maps of at least two rows. */
export function paintable({ spec, preprocessing }: NetOpen): readonly string[] {
  return spec.sites
    .filter(
      ({ shape, lead }, i) => lead === 1 && shape.length === 3 && shape[1]! > 1 && (i > 0 || preprocessing),
    )
    .map(({ name }) => name);
}

interface Painted {
  readonly site: string;
  /** Units that are set; null: all. */
  readonly channels: readonly number[] | null;
  readonly value: number;
}

/** A clean brush for the picture shown; null: nothing can be painted over. */
export function brushOf(state: NetState, asked?: Painted): Brush | null {
  const { open } = state;
  const input = inputIn(state);
  const site = asked?.site ?? (open ? paintable(open)[0] : undefined);
  if (!open || !input || site === undefined) return null;
  const isInput = site === open.spec.sites[0]!.name;
  const { channels, value } = asked ?? { channels: null, value: 0 };
  const count = channels?.length ?? 1;
  const set = isInput
    ? { channels: null, values: meanColour(open, input) }
    : { channels, values: Array<number>(count).fill(value) };
  return newBrush(site, sizeOf(open, site), set);
}

/** Changes what the brush does; what is painted stays if the grid is the same. */
export function setBrush(loci: Loci, asked: Painted): void {
  const { brush: before } = loci.net.getState();
  const brush = brushOf(loci.net.getState(), asked);
  const isAlike = before?.rows === brush?.rows && before?.columns === brush?.columns;
  changeBrush(loci, brush && before && isAlike ? { ...brush, cells: before.cells } : brush);
}

function meanColour({ spec }: NetOpen, input: Float32Array): number[] {
  const { channels, height, width, at } = pictureShape(spec.input)!;
  return Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = 0; i < height * width; i++) sum += input[at(c, i)]!;
    return sum / (height * width);
  });
}

/** null: nothing is painted. */
export function changeBrush(loci: Loci, brush: Brush | null): void {
  loci.net.setState({ brush });
  void showAnswer(loci);
}

/** Compares the answer to the input shown with that of the untouched file. */
export async function verifyNet(loci: Loci) {
  return loci.nets.verify(inputIn(loci.net.getState())!);
}
