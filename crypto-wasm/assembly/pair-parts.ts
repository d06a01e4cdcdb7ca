// The pairs of field elements, exported for tests that hand them limbs which no key would lead to.
// Nobody else loads this module.
export { heap } from "./memory"
export { combine, mul2, sqr2 } from "./pair"
export { add2_var, addDistinct2, double2, fromElements, lookup2, toElement } from "./pair-point"
export { fromWords, toWords } from "./field"
