SELECT id FROM submission WHERE state = 'sending'
