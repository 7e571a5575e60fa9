# cmake -DFROM=page -DTO=copy -DNPM=npm -P page.cmake: builds the page in a copy.
file(GLOB inputs RELATIVE ${FROM} ${FROM}/src/*)
foreach(name ${inputs} index.html package.json package-lock.json .npmrc tsconfig.json
        vite.config.ts)
  get_filename_component(folder ${TO}/${name} DIRECTORY)
  file(COPY ${FROM}/${name} DESTINATION ${folder})
endforeach()

file(SHA256 ${FROM}/package-lock.json lock)
set(stamp ${TO}/node_modules/.lock-${lock})
if(NOT EXISTS ${stamp})
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --silent
    WORKING_DIRECTORY ${TO} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "npm ci failed; configure with -DRINGFENCE_PAGE=OFF to build without the page")
  endif()
  file(TOUCH ${stamp})
endif()
execute_process(COMMAND ${NPM} run --silent build WORKING_DIRECTORY ${TO}
  RESULT_VARIABLE failed OUTPUT_QUIET)
if(failed)
  message(FATAL_ERROR "the page does not build")
endif()
