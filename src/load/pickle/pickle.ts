/**
 * The part of Python's pickle that torch.save uses for tensors: a stack machine whose opcodes build
 * numbers, texts, tuples, lists and dictionaries. The caller supplies a table of allowed calls;
 * nothing else is looked up and nothing is executed. Unknown opcodes and names are refused by name.
 * Source: CPython's Lib/pickletools.py, which describes every opcode.
 */
import { shown } from '../../util/parse';

/** Keeps a leading byte order mark, which a name may begin with. */
export const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes ended before the pickle did. */
export class CutPickle extends Error {}

export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

export class List {
  readonly items: unknown[] = [];
}

export class Dict {
  readonly entries = new Map<unknown, unknown>();
}

/** An allowed name, e.g. 'torch.FloatStorage'. */
export class Global {
  constructor(readonly name: string) {}
}

export interface PickleRules {
  /** Whether a name is allowed. */
  readonly allowed: (name: string) => boolean;
  /** The result of calling a name. Throws an Error if it must not be called. */
  readonly call: (name: string, args: readonly unknown[]) => unknown;
  /** The value of a persistent id. */
  readonly persistent: (id: unknown) => unknown;
  /** Prefix of messages. */
  readonly where: string;
}

const MARK = Symbol('mark');

/** The pickle at the start of `bytes`, and its end. Throws CutPickle or another Error. */
export function readPickle(bytes: Uint8Array, rules: PickleRules): { value: unknown; end: number } {
  const machine = new Machine(bytes, rules);
  return { value: machine.run(), end: machine.at };
}

class Machine {
  at = 0;
  private readonly view: DataView;
  private stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly rules: PickleRules,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const at = this.take(1);
      const opcode = this.bytes[at]!;
      // STOP
      if (opcode === 0x2e) return this.pop();
      const act = OPCODES[opcode];
      if (!act) {
        const code = `0x${opcode.toString(16).padStart(2, '0')}`;
        throw this.broken(`has an opcode that tensors do not need, got ${code} at byte ${at}`);
      }
      act(this);
    }
  }

  broken(what: string): Error {
    return new Error(`${this.rules.where}: ${what}. None of it was run.`);
  }

  /** Skips `length` bytes and returns their start. */
  take(length: number): number {
    const { at } = this;
    if (length > this.bytes.length - at) throw new CutPickle(`${this.rules.where}: ends early.`);
    this.at += length;
    return at;
  }

  u8 = () => this.view.getUint8(this.take(1));
  u16 = () => this.view.getUint16(this.take(2), true);
  u32 = () => this.view.getUint32(this.take(4), true);
  i32 = () => this.view.getInt32(this.take(4), true);
  f64 = () => this.view.getFloat64(this.take(8), false);

  text(length: number): string {
    const at = this.take(length);
    return utf8.decode(this.bytes.subarray(at, at + length));
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new CutPickle(`${this.rules.where}: ends early.`);
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** A little-endian integer of any length; a bigint if it exceeds the safe range. */
  long(length: number): number | bigint {
    const at = this.take(length);
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.bytes[at + i]!) << BigInt(8 * i);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.broken('is damaged: a value is missing');
    return value;
  }

  top(): unknown {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  /** Pops everything above the last mark, and the mark. */
  sinceMark(): unknown[] {
    const from = this.stack.lastIndexOf(MARK);
    if (from < 0) throw this.broken('is damaged: a mark is missing');
    const items = this.stack.slice(from + 1);
    this.stack.length = from;
    return items;
  }

  tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop()).reverse();
    this.push(new Tuple(items));
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    if (!this.memo.has(index)) throw this.broken(`is damaged: nothing was kept under ${index}`);
    this.push(this.memo.get(index));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!(list instanceof List)) throw this.broken('is damaged: the target of an append is not a list');
    for (const item of items) list.items.push(item);
  }

  set(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Dict) || items.length % 2 !== 0)
      throw this.broken('is damaged: the target of an item is not a dictionary');
    for (let i = 0; i < items.length; i += 2) dict.entries.set(items[i], items[i + 1]);
  }

  global(module: string, name: string): void {
    const full = `${module}.${name}`;
    if (!this.rules.allowed(full)) {
      throw this.broken(`asks for ${shown(full)}, which tensors do not need`);
    }
    this.push(new Global(full));
  }

  stackGlobal(): void {
    const [name, module] = [this.pop(), this.pop()];
    if (typeof name !== 'string' || typeof module !== 'string')
      throw this.broken('is damaged: a name is not a text');
    this.global(module, name);
  }

  reduce(): void {
    const args = this.pop();
    const called = this.pop();
    if (!(called instanceof Global) || !(args instanceof Tuple))
      throw this.broken('calls something that is not a name');
    this.push(this.rules.call(called.name, args.items));
  }

  /** Ignores attributes of a dictionary (versions of modules); no number depends on them. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Dict))
      throw this.broken('sets the state of something that is not a dictionary');
  }

  persistent(): void {
    this.push(this.rules.persistent(this.pop()));
  }

  mark(): void {
    this.stack.push(MARK);
  }
}

/** All supported opcodes except STOP, which is in `run`. */
const OPCODES: Readonly<Record<number, (m: Machine) => void>> = {
  // PROTO, FRAME: the protocol and framing do not matter here.
  128: (m) => void m.u8(),
  149: (m) => void m.take(8),
  // MARK, POP, POP_MARK
  40: (m) => m.mark(),
  48: (m) => void m.pop(),
  49: (m) => void m.sinceMark(),
  // NONE, NEWTRUE, NEWFALSE
  78: (m) => m.push(null),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  // BININT, BININT1, BININT2, LONG1, BINFLOAT
  74: (m) => m.push(m.i32()),
  75: (m) => m.push(m.u8()),
  77: (m) => m.push(m.u16()),
  138: (m) => m.push(m.long(m.u8())),
  71: (m) => m.push(m.f64()),
  // BINUNICODE, SHORT_BINUNICODE; BINSTRING, SHORT_BINSTRING (texts of Python 2)
  88: (m) => m.push(m.text(m.u32())),
  140: (m) => m.push(m.text(m.u8())),
  84: (m) => m.push(m.text(m.u32())),
  85: (m) => m.push(m.text(m.u8())),
  // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  41: (m) => m.tuple(0),
  133: (m) => m.tuple(1),
  134: (m) => m.tuple(2),
  135: (m) => m.tuple(3),
  116: (m) => m.push(new Tuple(m.sinceMark())),
  // EMPTY_LIST, APPEND, APPENDS
  93: (m) => m.push(new List()),
  97: (m) => m.append([m.pop()]),
  101: (m) => m.append(m.sinceMark()),
  // EMPTY_DICT, SETITEM, SETITEMS
  125: (m) => m.push(new Dict()),
  115: (m) => m.set([m.pop(), m.pop()].reverse()),
  117: (m) => m.set(m.sinceMark()),
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  113: (m) => m.put(m.u8()),
  114: (m) => m.put(m.u32()),
  148: (m) => m.memoize(),
  104: (m) => m.get(m.u8()),
  106: (m) => m.get(m.u32()),
  // GLOBAL, STACK_GLOBAL, REDUCE, BUILD, BINPERSID
  99: (m) => m.global(m.line(), m.line()),
  147: (m) => m.stackGlobal(),
  82: (m) => m.reduce(),
  98: (m) => m.build(),
  81: (m) => m.persistent(),
};
