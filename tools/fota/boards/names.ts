import {
  boards,
  type XsBoardName,
  xsBoardList,
  xsBoardNames,
} from "../../../hw-test/trackers/boards.ts";
import { oneOf } from "../../command-line/values.ts";
import { type VendorBoardName, vendorBoards } from "./vendor.ts";

/** A board that this machine has without hardware, or one of a vendor. */
export type AnyBoardName = XsBoardName | VendorBoardName;

const vendorNames = Object.keys(vendorBoards) as VendorBoardName[];

/** Parser of `--board`. */
export const anyBoard = oneOf(...xsBoardNames, ...vendorNames);
export const ownBoard = oneOf(...xsBoardNames);

/** For help texts. */
export const anyBoardList = [
  xsBoardList,
  ...vendorNames.map((name) => `${name}: ${vendorBoards[name].about}`),
].join("; ");

export function isOwn(name: AnyBoardName): name is XsBoardName {
  return name in boards;
}
