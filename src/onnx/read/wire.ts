/**
 * Measures a protobuf message before it is expanded. One byte of a file can become an object of
 * hundreds, so this walks the fields by their schema and adds up what the objects would take.
 * Encoding: https://protobuf.dev/programming-guides/encoding.
 */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** Bytes of objects; weights in raw bytes are views and cost nothing. */
const MOST_BYTES = 2 ** 28;
/** Messages within messages. A graph's tensors are five deep. */
const MOST_DEPTH = 16;
/** Rough bytes of one object, and of one entry of a list by its bytes in the file. */
const OBJECT = 300;
const TEXT = 60;
const BIGINT = 40;

/** Parts of the format that are no plain graph of tensors, and what they are called. */
const REFUSED: Readonly<Record<string, string>> = {
  'onnx.TrainingInfoProto': 'training steps',
  'onnx.FunctionProto': 'functions of its own',
  'onnx.SparseTensorProto': 'sparse tensors',
};

/**
 * Throws one sentence if `bytes` cannot be a message of this type, holds a refused part, or would
 * expand to more than 256 MiB.
 */
export function checkWire(where: string, bytes: Uint8Array, schema: DescMessage): void {
  let expanded = 0;
  const add = (cost: number) => {
    expanded += cost;
    if (expanded > MOST_BYTES) {
      throw new Error(
        `${where}: expands to too much, got over ${MOST_BYTES / 2 ** 20} MiB of nodes and numbers that are no raw bytes, ` +
          'expected less. Save its tensors as raw bytes.',
      );
    }
  };
  const broken = (at: number): never => {
    throw new Error(
      `${where}: is no ONNX file, got bytes at ${at} that end or break a field, expected a protobuf message. The file is damaged or is something else.`,
    );
  };

  function varint(at: number, end: number): { value: number; next: number } {
    let value = 0;
    for (let i = 0; i < 10 && at + i < end; i++) {
      const byte = bytes[at + i]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, next: at + i + 1 };
    }
    return broken(at);
  }

  function walk(begin: number, end: number, message: DescMessage, depth: number): void {
    const refused = REFUSED[message.typeName] ?? (depth > 3 ? INNER[message.typeName] : undefined);
    if (refused !== undefined || depth > MOST_DEPTH) {
      throw new Error(
        `${where}: is no plain graph of tensors, got ${refused ?? 'messages nested too deeply'}, expected nodes and weights only. Simplify it, e.g. with onnxsim.`,
      );
    }
    add(OBJECT);
    const fields = fieldsOf(message);
    for (let at = begin; at < end; ) {
      const key = varint(at, end);
      const field = fields.get(Math.floor(key.value / 8));
      const wire = key.value % 8;
      if (wire === 0) {
        at = varint(key.next, end).next;
        add(field?.fieldKind === 'list' ? BIGINT : 0);
      } else if (wire === 1 || wire === 5) {
        at = key.next + (wire === 1 ? 8 : 4);
        add(field?.fieldKind === 'list' ? 8 : 0);
      } else if (wire === 2) {
        const length = varint(key.next, end);
        at = length.next + length.value;
        if (at > end) broken(key.next);
        if (field?.message) walk(length.next, at, field.message, depth + 1);
        else add(costOf(field, length.value));
      } else broken(at);
      if (at > end) broken(end);
    }
  }
  walk(0, bytes.length, schema, 1);
}

/** A graph inside a node, such as the body of a loop. */
const INNER: Readonly<Record<string, string>> = {
  'onnx.GraphProto': 'a graph inside a node (If, Loop, Scan)',
};

/** Of a text, raw bytes or packed numbers of this length. */
function costOf(field: DescField | undefined, length: number): number {
  if (field?.fieldKind !== 'list') return TEXT + (isText(field) ? length : 0);
  switch (field.scalar) {
    case ScalarType.STRING:
      return TEXT + length;
    case ScalarType.BYTES:
      return TEXT;
    case ScalarType.FLOAT:
      return 2 * length;
    case ScalarType.DOUBLE:
      return length;
    case ScalarType.INT32:
      return 8 * length;
    default:
      return BIGINT * length;
  }
}

const isText = (field: DescField | undefined): boolean => field?.scalar === ScalarType.STRING;

const known = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(message: DescMessage): ReadonlyMap<number, DescField> {
  const found = known.get(message) ?? new Map(message.fields.map((field) => [field.number, field]));
  known.set(message, found);
  return found;
}
