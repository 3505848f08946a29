/**
 * A model hub on the loopback, for tests: folders served at the Hugging Face hub's addresses
 * ({id}/resolve/{revision}/{file}) with its headers. As on the hub, weights are redirected to
 * another address, whose response has the file's SHA-256 as its ETag. It counts what it serves, and
 * is slow or misbehaves on request.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The commit of `main`. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'authorization, range, if-range',
  'Access-Control-Expose-Headers':
    'accept-ranges, content-length, content-range, etag, x-error-code, x-linked-etag, x-linked-size, x-repo-commit',
};
const WEIGHTS = /\.(safetensors|gguf|bin)$/;
/** Bytes per piece of a file that is not on disk. */
const PIECE = 2 ** 16;
/** Bytes per second of a slow answer: too few to be seen, enough not to count as silence. */
const TRICKLE = 16;

/** A file that is not on disk: its first bytes, then zeros. Costs nothing until read. */
export interface VirtualFile {
  readonly head: Uint8Array;
  readonly size: number;
}

/** A file to send. */
interface Content {
  readonly size: number;
  hash(): Promise<string>;
  read(begin: number, end: number): AsyncIterable<Uint8Array>;
}

export interface HubRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly status: number;
  readonly authorization: string | null;
}

export class HubServer {
  /** Address to enter as a mirror. */
  base = '';
  /** Bytes of file contents sent so far. */
  served = 0;
  /** The share of `served` that is weights. */
  servedWeights = 0;
  readonly requests: HubRequest[] = [];
  /** Whether it supports byte ranges; otherwise it always sends whole files. */
  hasRanges = true;
  /** If set, only requests with this token may read. */
  token: string | null = null;
  /** Once, the next answer longer than this many bytes is cut off there. */
  breakAfter: number | null = null;
  /** Accepts requests and never answers. */
  isSilent = false;
  /** Stops sending weights at this byte but keeps the connection open. */
  stallAt: number | null = null;
  /** Redirects weights there instead of to this server's own contents. */
  contentBase: string | null = null;
  /** From this byte of weights on, hardly anything comes: a download stays in its middle. */
  slowFrom: number | null = null;
  /** Answers in progress. */
  sending = 0;
  /** Announces this as the SHA-256 of all weights, regardless of their contents. */
  announcedHash: string | null = null;
  /** Files in addition to those on disk, e.g. 'someone/model/config.json'. */
  readonly virtual = new Map<string, VirtualFile>();
  private server: Server | null = null;
  private readonly hashes = new Map<string, Promise<string>>();

  /** Model ids, e.g. 'someone/model', with the folders of their files. */
  constructor(private readonly models: Readonly<Record<string, string>>) {}

  /** Starts, or restarts at the same address after `stop`. */
  async start(): Promise<void> {
    const port = this.base === '' ? 0 : Number(new URL(this.base).port);
    const server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.server = server;
  }

  /** Stops answering. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url!, this.base).pathname);
    const reply = (status: number, headers: Record<string, string | number> = {}) => {
      const { method = 'GET' } = request;
      const { range = null, authorization = null } = request.headers;
      this.requests.push({ method, path, range, status, authorization });
      response.writeHead(status, { ...CORS, ...headers });
    };
    if (this.isSilent) return;
    if (request.method === 'OPTIONS') {
      reply(204);
      response.end();
      return;
    }
    const [, isContent, id, place, name] =
      /^(\/content)?\/([^/]+\/[^/]+)\/(resolve|raw)\/[^/]+\/(.+)$/.exec(path) ?? [];
    const file = id === undefined ? null : await this.find(id, name!);
    if (this.token !== null && request.headers.authorization !== `Bearer ${this.token}`) {
      reply(401, { 'X-Error-Code': 'GatedRepo' });
      response.end();
    } else if (file === null) {
      reply(404, { 'X-Error-Code': 'EntryNotFound' });
      response.end();
    } else if (place === 'raw') {
      reply(200, { 'Content-Type': 'text/plain' });
      response.end(await this.pointer(file));
    } else if (WEIGHTS.test(path) && !isContent) {
      const etag = `"${this.announcedHash ?? (await file.hash())}"`;
      const linked = { 'X-Linked-Size': file.size, 'X-Linked-ETag': etag, 'X-Repo-Commit': COMMIT };
      reply(302, { Location: `${this.contentBase ?? this.base}/content${path}`, ...linked });
      response.end();
    } else {
      await this.sendFile(file, path, request, response, reply);
    }
  }

  /** What the repository stores in place of a large file. */
  private async pointer(file: Content): Promise<string> {
    const hash = this.announcedHash ?? (await file.hash());
    return `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${file.size}\n`;
  }

  /** A model's file by name; null if there is none. */
  private async find(id: string, name: string): Promise<Content | null> {
    const virtual = this.virtual.get(`${id}/${name}`);
    if (virtual) return virtualContent(virtual);
    if (!Object.hasOwn(this.models, id) || name.includes('..')) return null;
    const file = join(this.models[id]!, name);
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return null;
    return {
      size: found.size,
      hash: () => this.hash(file),
      read: (begin, end) => createReadStream(file, { start: begin, end: end - 1 }),
    };
  }

  private async sendFile(
    file: Content,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    reply: (status: number, headers: Record<string, string | number>) => void,
  ): Promise<void> {
    const { size } = file;
    const isWeights = WEIGHTS.test(path);
    const hash = (isWeights ? this.announcedHash : null) ?? (await file.hash());
    const headers: Record<string, string | number> = {
      'Content-Type': path.endsWith('.json') ? 'application/json' : 'application/octet-stream',
      ETag: `"${hash}"`,
      ...(isWeights ? {} : { 'X-Repo-Commit': COMMIT }),
      ...(this.hasRanges ? { 'Accept-Ranges': 'bytes' } : {}),
    };
    const isSame = (request.headers['if-range'] ?? headers.ETag) === headers.ETag;
    const range = this.hasRanges && isSame ? (request.headers.range ?? '') : '';
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const begin = Number(first ?? 0);
    const end = Math.min(last ? Number(last) + 1 : size, size);
    if (begin > 0 && begin >= end) {
      reply(416, { 'Content-Range': `bytes */${size}` });
      response.end();
      return;
    }
    reply(first === undefined ? 200 : 206, {
      ...headers,
      'Content-Length': end - begin,
      ...(first === undefined ? {} : { 'Content-Range': `bytes ${begin}-${end - 1}/${size}` }),
    });
    if (request.method === 'HEAD' || begin === end) {
      response.end();
      return;
    }
    this.sending++;
    await this.send(file, begin, end, isWeights, response).finally(() => this.sending--);
  }

  private async send(
    file: Content,
    begin: number,
    end: number,
    isWeights: boolean,
    response: ServerResponse,
  ): Promise<void> {
    const isBroken = this.breakAfter !== null && this.breakAfter < end - begin;
    const isStalled = isWeights && this.stallAt !== null && this.stallAt < end;
    const until = isBroken ? begin + this.breakAfter! : isStalled ? Math.max(begin, this.stallAt!) : end;
    if (isBroken) this.breakAfter = null;
    if (until > begin) {
      const pieces = file.read(begin, until);
      for await (const piece of isWeights ? this.paced(pieces, begin) : pieces) {
        if (response.destroyed) return;
        this.served += piece.length;
        if (isWeights) this.servedWeights += piece.length;
        if (!response.write(piece)) await drained(response);
      }
    }
    if (isStalled) {
      response.flushHeaders();
      return;
    }
    // Bytes already written still arrive; then the connection ends in the middle of the answer.
    if (isBroken) response.socket?.destroySoon();
    else response.end();
  }

  /** Yields the pieces, slowly from `slowFrom` on, which may change meanwhile. */
  private async *paced(pieces: AsyncIterable<Uint8Array>, begin: number): AsyncGenerator<Uint8Array> {
    let at = begin;
    for await (const piece of pieces) {
      for (let from = 0; from < piece.length; ) {
        const ahead = (this.slowFrom ?? Number.POSITIVE_INFINITY) - at;
        if (ahead <= 0) await pause(1000);
        const part = piece.subarray(from, from + (ahead <= 0 ? TRICKLE : ahead));
        yield part;
        from += part.length;
        at += part.length;
      }
    }
  }

  private hash(file: string): Promise<string> {
    const known = this.hashes.get(file) ?? sha256(file);
    this.hashes.set(file, known);
    return known;
  }
}

function virtualContent({ head, size }: VirtualFile): Content {
  return {
    size,
    hash: async () => createHash('sha256').update(head).digest('hex'),
    async *read(begin, end) {
      for (let at = begin; at < end; at += PIECE) {
        const piece = new Uint8Array(Math.min(PIECE, end - at));
        piece.set(head.subarray(at, at + piece.length));
        yield piece;
      }
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when there is room again, or the reader has left. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex');
}
