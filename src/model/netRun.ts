/** Runs of nets as data: an image with edits of sites and edges. */

/** The source of an edit's value v. */
export type NetEditSource =
  | { readonly kind: 'constant'; readonly value: number }
  /** One value per selected channel. */
  | { readonly kind: 'vector'; readonly values: readonly number[] }
  /** The same site and cells for another image of the request, without edits. */
  | { readonly kind: 'image'; readonly image: number };

/** Edits at one site apply in list order. */
export interface NetEdit {
  readonly site: string;
  /** Default: all. A channel of a site without rows and columns is an entry of its first axis. */
  readonly channels?: readonly number[];
  /** Rows [top, bottom) and columns [left, right) of a map; default: all. */
  readonly box?: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
  /** set x=v; add x=x+alpha*v; scale x=alpha*x. */
  readonly op: 'set' | 'add' | 'scale';
  /** For add and scale. Default 1. */
  readonly alpha?: number;
  /** v. Absent for scale. */
  readonly source?: NetEditSource;
}

/** Sets all edges of a linear layer from the causes to the effects to u. */
export interface EdgeEdit {
  /** A layer's site. */
  readonly layer: string;
  /** Entries of the first axis of what the layer reads. */
  readonly causes: readonly number[];
  /** Channels that the layer writes. */
  readonly effects: readonly number[];
  readonly u: number;
}

export interface NetRun {
  readonly id: string;
  /** Index among the request's images. */
  readonly image: number;
  readonly edits?: readonly NetEdit[];
  /** At most one per layer. */
  readonly edges?: readonly EdgeEdit[];
  /**
   * Layer masking: index among the request's masks; default: all of the image is kept. A request with
   * masks has no other edits.
   */
  readonly mask?: number;
}
