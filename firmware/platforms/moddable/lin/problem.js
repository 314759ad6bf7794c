// The natives of flash and store answer with what went wrong, or "".
export default function check(problem) {
  if (problem !== "") throw new Error(problem);
}
