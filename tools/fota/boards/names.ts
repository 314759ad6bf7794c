import { type BoardName, boardList, boardNames, boards } from "../../../hw-test/trackers/boards.ts";
import { oneOf } from "../../command-line/values.ts";
import { type VendorBoardName, vendorBoards } from "./vendor.ts";

/** A board that this machine has without hardware, or one of a vendor. */
export type AnyBoardName = BoardName | VendorBoardName;

const vendorNames = Object.keys(vendorBoards) as VendorBoardName[];

/** Parser of `--board`. */
export const anyBoard = oneOf(...boardNames, ...vendorNames);
export const ownBoard = oneOf(...boardNames);

/** For help texts. */
export const anyBoardList = [
  boardList,
  ...vendorNames.map((name) => `${name}: ${vendorBoards[name].about}`),
].join("; ");

export function isOwn(name: AnyBoardName): name is BoardName {
  return name in boards;
}
