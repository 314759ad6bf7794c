Object.freeze = (o) => o;
Uint8Array.prototype.copyWithin = function (t, s, e) {
  if (e === undefined) e = this.length;
  this.set(new Uint8Array(this.subarray(s, Math.min(e, s + this.length - t))), t);
  return this;
};
