type Primitive = string | number | boolean | bigint | null | undefined;

/** Data as hooks read it: nothing in it can be assigned. */
export type Frozen<T> = unknown extends T ? T : T extends Primitive ? T : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** Data as `update` hands it out: everything in it can be assigned. */
export type Draft<T> = unknown extends T ? T : T extends Primitive ? T : { -readonly [Key in keyof T]: Draft<T[Key]> };
