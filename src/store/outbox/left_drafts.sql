SELECT id FROM submission WHERE state = 'draft'
