/** Styles that are loaded with the module that imports them. */
declare module '*.css';

/** A picture, as a data address. */
declare module '*.svg' {
  const address: string;
  export default address;
}
