// The pairs of field elements, exported for tests that hand them limbs which no key would lead to.
// Nobody else loads this module.
export { heap } from "./memory"
export { combine, mul2, sqr2 } from "./pair"
export {
  add2_var,
  addDistinct2,
  double2,
  fromAffine2,
  fromElements,
  lookup2,
  toElement,
} from "./pair-point"
export { oddMultiples2 } from "./pair-multiples"
export { shiftedMultiples } from "./shifted"
export { fromWords, toWords } from "./field"
