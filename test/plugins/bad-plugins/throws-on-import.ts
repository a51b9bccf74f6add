throw new RangeError('the table of currencies is empty');
