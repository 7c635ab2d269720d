/** How many records a second go through the test driver. */
import { measureDriver } from '../measures/driver'

console.log(`  three operators: ${Math.round(measureDriver()).toLocaleString('en-US')} records a second`)
