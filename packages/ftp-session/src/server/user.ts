import type { FileStore, StoreCapabilities, VirtualPath } from "@longshore/file-store";

/** Who is logged in, as the engine needs to know it. What the user may do is the store's to say. */
export interface SessionUser {
  readonly name: string;
  readonly anonymous: boolean;
  /** The working directory after login. */
  readonly home: VirtualPath;
  /** What this user's store can do. */
  readonly store: StoreFeatures;
}

/** What is another on a virtual host than on the server at large; what is absent is the same. */
export interface VirtualHost {
  /** Lines of the 220 that answers HOST. */
  readonly greeting?: readonly string[];
  /** Lines of the reply to a login. */
  readonly welcome?: readonly string[];
  readonly tls?: "none" | "offered" | "required";
  /** What the store can do as long as nobody is logged in. */
  readonly store?: StoreFeatures;
}

/** What a store can do, as data: its capabilities and which of the optional operations it has. */
export interface StoreFeatures {
  readonly capabilities: StoreCapabilities;
  readonly setTimes: boolean;
  readonly setMode: boolean;
  readonly setCreated: boolean;
  readonly makeLink: boolean;
  readonly freeSpace: boolean;
}

/** {@link StoreFeatures} of a store. */
export function storeFeatures(store: FileStore): StoreFeatures {
  const features = known.get(store) ?? featuresOf(store);
  known.set(store, features);
  return features;
}

/** The sessions of a store share them. */
const known = new WeakMap<FileStore, StoreFeatures>();

function featuresOf(store: FileStore): StoreFeatures {
  const { capabilities } = store;
  return {
    capabilities,
    setTimes: capabilities.writable && store.setTimes !== undefined,
    setMode: capabilities.writable && store.setMode !== undefined,
    setCreated: capabilities.writable && store.setTimes !== undefined && capabilities.created === "settable",
    makeLink: capabilities.writable && store.makeLink !== undefined,
    freeSpace: store.freeSpace !== undefined,
  };
}
