// The inner parts of the curve, exported for tests that hand them limbs and points which no key
// would lead to. Nobody else loads this module.
export { heap } from "./memory"
export {
  add,
  carry,
  fromWords,
  half,
  invert as invertElement,
  isZero,
  mul,
  mulLessMul,
  mulLessSqr,
  sqr,
  sub,
  subTwice,
  threeHalves,
  toWords,
} from "./field"
export { invert as invertScalar, invert_var as invertScalar_var, mul as mulScalars } from "./scalar"
export { split } from "./endomorphism"
export { add_var, addComplete, addDistinct, double } from "./point"
export { oddMultiples } from "./multiples"
export { invertAll } from "./inverses"
export { shiftedMultiples } from "./shifted"
export { addTerms_var, entryOf, marksOf, nextTerm, termBefore, wipeTerms } from "./terms"
export { nextNonce, refuseNonce, startNonces } from "./rfc6979"
