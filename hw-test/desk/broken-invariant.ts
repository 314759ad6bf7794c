/** Something has happened that must not happen, whatever is done to the tracker. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}
