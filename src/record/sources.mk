# filled with the folder's first module
