/** One command as it passes: `update cases`. */
export interface PassingCommand { readonly name: string; readonly collection: string }
