/**
 * Colour scales as equally spaced colours. Light hues are ColorBrewer's, from d3-scale-chromatic;
 * others interpolate in Lab, see `colour.test.ts`. Packages would add 12 KB to the first load.
 */
export const RAMPS = {
  light: {
    purple:
      'fcfbfd f5f4f9 eeecf5 e4e3f0 d9d8ea cbcbe3 bcbcdb adacd2 9e9bc9 8f8bc1 817bb9 7567ae 6a51a4 5f3c99 54288f 4a1486 3f007d',
    green:
      'f7fcf5 eef8ea e3f4de d6efd0 c6e8bf b4e1ad a0d89b 8ace89 73c378 5bb76a 45aa5d 329b51 228b45 127c39 066b2d 015824 00441b',
    red: 'fff5f0 feeae1 feddcf fdcdb9 fcbaa1 fca68a fc9273 fb7e5e f9694c f4533c eb3d2f dc2a25 cb1c1e b71419 a10e15 860711 67000d',
    blue: 'f7fbff ebf3fb deebf7 d2e3f3 c3dbee b1d2e8 9cc8e2 84bcdb 6daed5 57a0ce 4391c6 3281bd 2271b4 1561a8 0c5198 094083 08306b',
    signed:
      '67001f 7b0c22 8f1925 a42428 b92f2b c85041 d66d58 e48971 f0a48a f2b6a1 f2c9b9 f1dbd1 eeedea d7e1e8 bfd6e6 a7cae4 8dbfe2 77aad6 6196ca 4983bf 2c70b3 235f9d 1a4f87 113f72 07305e',
  },
  dark: {
    purple:
      '202128 282636 2f2b44 373053 3e3562 463a72 4d3f82 57498d 615399 6b5da5 7667b1 8071bd 8b7cc9 988ad1 a598d8 b2a6e0 bfb5e8 ccc3ef d9d2f7',
    green:
      '1d2322 1f2c26 20352a 213e2e 214732 205036 1f5a3a 256541 2b7148 327d4f 388956 3e955d 45a164 5cae74 72bb84 86c894 9bd5a4 b0e2b5 c4efc6',
    red: '262021 342323 422524 502726 5e2827 6c2a29 7a2a2a 89322f 993b35 a8443b b84d40 c95646 d95f4c e1735f e88772 ef9a86 f5ad9a fbc0af ffd3c4',
    blue: '1e2229 212837 242f45 263554 273c63 274373 264a83 2f5591 37609f 406cae 4877bd 5183cc 5a8fdb 719de1 86aae7 99b8ed adc7f3 bfd5f9 d2e4ff',
    signed:
      'ffcbb8 f5b29d ea9982 df8068 d2664f b85845 a04a3c 873c33 702f2a 5e2e2b 4c2d2c 3a2b2d 26282e 293042 2b3857 2a416d 264a83 335a98 406cae 4d7dc4 5a8fdb 7ba3e4 99b8ed b6cef6 d2e4ff',
  },
} as const;
