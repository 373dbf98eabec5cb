select cast('not a number' as int) as id
