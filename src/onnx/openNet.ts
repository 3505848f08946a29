/**
 * An ONNX file as a net whose sites can be read and changed: parsed, probed, and opened in
 * onnxruntime-web as a request needs it.
 */
import type { NetSpec } from '../model/net';
import { elements } from '../util/elements';
import { named } from '../util/parse';
import { probeOne, probePair } from './probe';
import { layersOf, liveBytes, makerOf, sitesOf } from './read/describe';
import { flowOf } from './read/flow';
import { parseGraph } from './read/parse';
import { withFloatInput, withFreeBatch } from './rewrite/batch';
import { expose } from './rewrite/expose';
import { whyUnmaskable } from './rewrite/layerMask';
import { deviceName, type Provider, runtimeName } from './runtime';
import { openBytes, openSession, type SessionOptions } from './session';
import { wired, type WiredSession, type Wiring } from './wire';

export interface OpenNet {
  readonly spec: NetSpec;
  /** E.g. 'onnxruntime-web 1.30.0'. */
  readonly runtime: string;
  /** See `deviceName`. */
  device(provider: Provider): Promise<string>;
  wire(wiring: Wiring, options: SessionOptions): Promise<WiredSession>;
  /** The answer to one image by the file as it is, fused as the engine likes. */
  untouched(image: Float32Array): Promise<Float32Array>;
}

/** Throws one sentence if the file is no net that can be opened. `edge`: see `parseGraph`. */
export async function openNet(name: string, file: Uint8Array, edge?: number): Promise<OpenNet> {
  const { net: parsed, input, opset, parameters } = parseGraph(name, file, edge);
  const answer = parsed.outputs[0]!;
  const flow = flowOf(parsed, input.name, answer);
  const subject = { input, tensors: flow.tensors };
  if (flow.tensors.at(-1) !== answer || answer === input.name)
    throw new Error(`${named(name)}: its answer does not depend on its input, expected one that does.`);
  const free = withFreeBatch(parsed, input);
  const pair = await probePair(free, file, subject);
  if (!pair && (input.batch ?? 1) > 1)
    throw new Error(
      `${named(name)}: takes a fixed number of images, got ${input.batch}, expected one or any. Export it with a free batch size.`,
    );
  const net = pair ? free : withFloatInput(parsed, input, 1);
  const probed = pair ?? (await probeOne(net, file, subject));
  const sites = sitesOf(net, flow, probed);
  if (sites.at(-1)?.tensor !== answer)
    throw new Error(`${named(name)}: its answer is no floats with a row per image, got other numbers.`);
  const spec: NetSpec = {
    opset,
    input,
    batch: pair ? 'any' : 'one',
    notes: pair ? [] : ['The graph takes one image at a time, so rows run one after another.'],
    sites,
    layers: layersOf(net, sites),
    unmaskable: whyUnmaskable(net, input, probed.halves),
    isSoftmax: makerOf(net, answer)?.opType === 'Softmax',
    parameters,
    liveBytes: liveBytes(net, sites),
  };
  return {
    spec,
    runtime: await runtimeName(),
    device: deviceName,
    wire: (wiring, options) => wired({ net, file, spec, probed }, wiring, options),
    async untouched(image) {
      const options = { optimization: 'all' } as const;
      // A float16 input takes floats only as the net is opened.
      const whole = expose(net, [answer], probed.halves);
      const [session, port, output] =
        input.type === 'float32' && !probed.halves.has(answer)
          ? [await openBytes(file, options), input.name, answer]
          : [await openSession(whole, file, options), net.inputs[0]!.name, whole.outputs[0]!];
      try {
        const feed = { dims: [image.length / elements(input.shape), ...input.shape], data: image };
        return (await session.run({ [port]: feed }, [output])).get(output)!.data as Float32Array;
      } finally {
        await session.close();
      }
    },
  };
}
