/** An object without the keys that hold `undefined`. */
export type Present<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

/** Leaves out the keys of an object that hold `undefined`. */
export const present = <A extends object>(object: A): Present<A> =>
  // The cast is safe: the filter removes `undefined` values, and `Present` makes every key optional.
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<A>
